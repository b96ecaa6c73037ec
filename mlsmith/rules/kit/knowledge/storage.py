"""Where libraries read data from and write them to: which argument says the place.

By callable: the argument's name and its 0-based position. What is written is a frame's method mostly, known by its last word whatever the frame is;
then the callable is the one whose signature was looked at.
"""

from __future__ import annotations

READS: dict[str, tuple[str, int]] = {
    "pandas.read_csv": ("filepath_or_buffer", 0), "pandas.read_table": ("filepath_or_buffer", 0), "pandas.read_fwf": ("filepath_or_buffer", 0),
    "pandas.read_parquet": ("path", 0), "pandas.read_feather": ("path", 0), "pandas.read_orc": ("path", 0),
    "pandas.read_json": ("path_or_buf", 0), "pandas.read_pickle": ("filepath_or_buffer", 0), "pandas.read_excel": ("io", 0),
    "pandas.read_hdf": ("path_or_buf", 0), "pandas.read_stata": ("filepath_or_buffer", 0), "pandas.read_sas": ("filepath_or_buffer", 0),
    "polars.read_csv": ("source", 0), "polars.scan_csv": ("source", 0), "polars.read_parquet": ("source", 0),
    "polars.scan_parquet": ("source", 0), "polars.read_json": ("source", 0), "polars.read_ndjson": ("source", 0),
    "polars.scan_ndjson": ("source", 0), "polars.read_ipc": ("source", 0), "polars.scan_ipc": ("source", 0), "polars.read_excel": ("source", 0),
    "duckdb.read_csv": ("path_or_buffer", 0), "duckdb.read_parquet": ("path_or_buffer", 0), "duckdb.from_parquet": ("path_or_buffer", 0),
    "duckdb.read_json": ("path_or_buffer", 0), "duckdb.from_csv_auto": ("path_or_buffer", 0),
    "pyarrow.parquet.read_table": ("source", 0), "pyarrow.parquet.ParquetFile": ("source", 0), "pyarrow.csv.read_csv": ("input_file", 0),
    "pyarrow.feather.read_table": ("source", 0), "pyarrow.dataset.dataset": ("source", 0),
    "dask.dataframe.read_csv": ("urlpath", 0), "dask.dataframe.read_parquet": ("path", 0), "dask.dataframe.read_json": ("url_path", 0),
    "numpy.load": ("file", 0), "numpy.loadtxt": ("fname", 0), "numpy.genfromtxt": ("fname", 0), "numpy.fromfile": ("file", 0),
    "numpy.memmap": ("filename", 0),
    "xarray.open_dataset": ("filename_or_obj", 0), "xarray.open_mfdataset": ("paths", 0), "xarray.open_zarr": ("store", 0),
    "xarray.load_dataset": ("filename_or_obj", 0), "xarray.open_dataarray": ("filename_or_obj", 0),
    "zarr.open": ("store", 0), "zarr.open_group": ("store", 0), "zarr.open_array": ("store", 0),
    "torch.load": ("f", 0), "torch.jit.load": ("f", 0), "joblib.load": ("filename", 0), "h5py.File": ("name", 0),
    "lightgbm.Booster": ("model_file", 2), "mlflow.pyfunc.load_model": ("model_uri", 0), "mlflow.sklearn.load_model": ("model_uri", 0),
    "mlflow.pytorch.load_model": ("model_uri", 0), "mlflow.lightgbm.load_model": ("model_uri", 0),
}  # fmt: skip
"""Checked against pandas 3.1, polars 2.1, duckdb 2.0, pyarrow 26.0, dask 2026.8, numpy 2.4, xarray 2026.9, zarr 3.1, torch 2.13, joblib 1.6,
h5py 3.16, lightgbm 4.7, mlflow 3.17. `zarr.open` and `h5py.File` write where their mode says so."""

WRITES: dict[str, tuple[str, int]] = {
    "numpy.save": ("file", 0), "numpy.savez": ("file", 0), "numpy.savez_compressed": ("file", 0), "numpy.savetxt": ("fname", 0),
    "torch.save": ("f", 1), "torch.jit.save": ("f", 1), "joblib.dump": ("filename", 1), "pyarrow.parquet.write_table": ("where", 1),
    "pyarrow.csv.write_csv": ("output_file", 1), "pyarrow.feather.write_feather": ("dest", 1), "onnx.save": ("f", 1),
    "mlflow.sklearn.save_model": ("path", 1), "mlflow.pytorch.save_model": ("path", 1), "mlflow.lightgbm.save_model": ("path", 1),
}  # fmt: skip
"""Checked against the versions above; onnx is not among them."""

WRITTEN_BY_METHOD: dict[str, tuple[str, str, int]] = {
    "to_csv": ("pandas.DataFrame().to_csv", "path_or_buf", 0), "to_parquet": ("pandas.DataFrame().to_parquet", "path", 0),
    "to_json": ("pandas.DataFrame().to_json", "path_or_buf", 0), "to_pickle": ("pandas.DataFrame().to_pickle", "path", 0),
    "to_feather": ("pandas.DataFrame().to_feather", "path", 0), "to_excel": ("pandas.DataFrame().to_excel", "excel_writer", 0),
    "to_hdf": ("pandas.DataFrame().to_hdf", "path_or_buf", 0), "to_stata": ("pandas.DataFrame().to_stata", "path", 0),
    "to_netcdf": ("xarray.Dataset().to_netcdf", "path", 0), "to_zarr": ("xarray.Dataset().to_zarr", "store", 0),
    "write_csv": ("polars.DataFrame().write_csv", "file", 0), "write_parquet": ("polars.DataFrame().write_parquet", "file", 0),
    "write_ndjson": ("polars.DataFrame().write_ndjson", "file", 0), "write_ipc": ("polars.DataFrame().write_ipc", "file", 0),
    "sink_parquet": ("polars.LazyFrame().sink_parquet", "path", 0), "sink_csv": ("polars.LazyFrame().sink_csv", "path", 0),
    "save_model": ("lightgbm.Booster().save_model", "filename", 0),
}  # fmt: skip
"""Method → the callable looked at, its argument and position; checked against the versions above."""

TABLES: dict[str, tuple[str, int]] = {"pandas.read_sql_table": ("table_name", 0)}
WRITTEN_TABLES: dict[str, tuple[str, str, int]] = {
    "to_sql": ("pandas.DataFrame().to_sql", "name", 0), "write_database": ("polars.DataFrame().write_database", "table_name", 0),
    "to_gbq": ("pandas.DataFrame().to_gbq", "destination_table", 0),
}  # fmt: skip
"""Tables of a database by their name; `to_gbq` up to pandas 2."""

QUERIES: dict[str, tuple[str, int]] = {
    "pandas.read_sql": ("sql", 0), "pandas.read_sql_query": ("sql", 0), "polars.read_database": ("query", 0), "duckdb.sql": ("query", 0),
    "duckdb.query": ("query", 0), "duckdb.execute": ("query", 0),
}  # fmt: skip
"""What takes SQL; checked against pandas 3.1, polars 2.1, duckdb 2.0."""
QUERY_METHODS = frozenset({"execute", "executemany", "sql", "query", "read_sql", "read_sql_query"})
"""Methods of connections, cursors and sessions that take SQL first"""

SPARK_FORMATS = frozenset({"csv", "parquet", "json", "orc", "text", "load", "table"})
"""Methods of `spark.read` whose first argument is the place; `table` takes the name of one."""
SPARK_WRITES = frozenset({"csv", "parquet", "json", "orc", "text", "save"})
SPARK_TABLE_WRITES = frozenset({"saveAsTable", "insertInto"})
"""Methods of `frame.write`; checked against pyspark 4.3."""

OBJECT_STORE: dict[str, tuple[str, str, str]] = {
    "upload_file": ("w", "Bucket", "Key"), "upload_fileobj": ("w", "Bucket", "Key"), "put_object": ("w", "Bucket", "Key"),
    "download_file": ("r", "Bucket", "Key"), "download_fileobj": ("r", "Bucket", "Key"), "get_object": ("r", "Bucket", "Key"),
}  # fmt: skip
OBJECT_STORE_POSITIONS = {"upload_file": (1, 2), "download_file": (0, 1), "upload_fileobj": (1, 2), "download_fileobj": (0, 1)}
"""Of boto3's client; checked against boto3 1.44. `put_object` and `get_object` take keywords only."""

MODELS = frozenset({
    "torch.save", "torch.load", "torch.jit.save", "torch.jit.load", "joblib.dump", "joblib.load", "onnx.save", "lightgbm.Booster",
})  # fmt: skip
"""What is written and read so is mostly a model, where its ending does not say otherwise."""
MODEL_ENDINGS = frozenset({
    "pt", "pth", "ckpt", "safetensors", "onnx", "joblib", "keras", "pb", "tflite", "mar", "gguf", "cbm", "ubj", "bst", "torchscript",
})  # fmt: skip
DATA_ENDINGS = frozenset({
    "csv", "tsv", "parquet", "feather", "orc", "arrow", "avro", "jsonl", "ndjson", "npy", "npz", "h5", "hdf5", "zarr", "nc", "tfrecord", "tfrecords",
    "xlsx", "xls", "db", "sqlite", "sqlite3", "duckdb", "pkl", "pickle", "mat", "lmdb", "geojson", "tif", "tiff", "wav",
})  # fmt: skip
