"""scikit-learn."""

from __future__ import annotations

OLDEST_SUPPORTED = "1.4"
_TEXT = "sklearn.feature_extraction.text."
REMOVED = (
    # name, deprecated in, removed in, what to write instead, whether that is a pure renaming
    ("sklearn.externals.joblib", "0.21", "0.23", "`import joblib`", False),
    ("sklearn.externals.six", "0.21", "0.23", "Python 3 itself", False),
    ("sklearn.cross_validation", "0.18", "0.20", "`sklearn.model_selection`", False),
    ("sklearn.grid_search", "0.18", "0.20", "`sklearn.model_selection`", False),
    ("sklearn.learning_curve", "0.18", "0.20", "`sklearn.model_selection`", False),
    ("sklearn.preprocessing.Imputer", "0.20", "0.22", "`sklearn.impute.SimpleImputer`", False),
    ("sklearn.mixture.GMM", "0.18", "0.20", "`sklearn.mixture.GaussianMixture`", False),
    ("sklearn.metrics.jaccard_similarity_score", "0.21", "0.23", "`sklearn.metrics.jaccard_score`", False),
    ("sklearn.datasets.load_boston", "1.0", "1.2", "`fetch_california_housing` or another data set", False),
    ("sklearn.datasets.fetch_mldata", "0.20", "0.22", "`sklearn.datasets.fetch_openml`", False),
    ("sklearn.metrics.plot_confusion_matrix", "1.0", "1.2", "`ConfusionMatrixDisplay.from_estimator`", False),
    ("sklearn.metrics.plot_roc_curve", "1.0", "1.2", "`RocCurveDisplay.from_estimator`", False),
    ("sklearn.metrics.plot_precision_recall_curve", "1.0", "1.2", "`PrecisionRecallDisplay.from_estimator`", False),
    *((f"{_TEXT}{cls}().get_feature_names", "1.0", "1.2", "get_feature_names_out", False) for cls in ("CountVectorizer", "TfidfVectorizer")),
    ("sklearn.preprocessing.OneHotEncoder().get_feature_names", "1.0", "1.2", "`get_feature_names_out()`", False),
    ("sklearn.preprocessing.PolynomialFeatures().get_feature_names", "1.0", "1.2", "`get_feature_names_out()`", False),
)  # fmt: skip
"""Checked against scikit-learn 1.9: none of these names is there."""
REMOVED_ARGUMENTS = (
    # callable, argument, deprecated in, removed in, what to write instead, whether that is a pure renaming
    ("sklearn.preprocessing.OneHotEncoder", "sparse", "1.2", "1.4", "sparse_output", True),
    ("sklearn.ensemble.AdaBoostClassifier", "base_estimator", "1.2", "1.4", "estimator", True),
    ("sklearn.ensemble.AdaBoostRegressor", "base_estimator", "1.2", "1.4", "estimator", True),
    ("sklearn.ensemble.BaggingClassifier", "base_estimator", "1.2", "1.4", "estimator", True),
    ("sklearn.ensemble.BaggingRegressor", "base_estimator", "1.2", "1.4", "estimator", True),
    ("sklearn.cluster.AgglomerativeClustering", "affinity", "1.2", "1.4", "metric", True),
    *((f"sklearn.linear_model.{cls}", "normalize", "1.0", "1.2", "a `StandardScaler` before it in a Pipeline", False)
      for cls in ("LinearRegression", "Ridge", "Lasso", "ElasticNet", "LassoCV", "RidgeCV")),
    ("sklearn.metrics.mean_squared_error", "squared", "1.4", "1.6", "`root_mean_squared_error`", False),
    ("sklearn.manifold.TSNE", "n_iter", "1.5", "1.7", "max_iter", True),
)  # fmt: skip
"""Checked against scikit-learn 1.9: none of these arguments is taken."""

_FOLDS = "n_splits=5, *, shuffle=False, random_state=None"
_SCORING = "estimator, X, y=None, *, groups=None"
SIGNATURES = {
    # callable → what it takes, in order, up to the last that is asked for
    "sklearn.model_selection.train_test_split": "*arrays, test_size=None, train_size=None, random_state=None, shuffle=True, stratify=None",
    "sklearn.model_selection.KFold": _FOLDS,
    "sklearn.model_selection.StratifiedKFold": _FOLDS,
    "sklearn.model_selection.GroupKFold": _FOLDS,
    "sklearn.model_selection.StratifiedGroupKFold": "n_splits=5, shuffle=False, random_state=None",
    **{f"sklearn.model_selection.{name}": _SCORING for name in ("cross_val_score", "cross_validate", "cross_val_predict")},
    **{f"sklearn.model_selection.{name}": "n_splits=10, *, test_size=None, train_size=None, random_state=None" for name in (
        "ShuffleSplit", "StratifiedShuffleSplit",
    )},
    "sklearn.model_selection.GroupShuffleSplit": "n_splits=5, *, test_size=None, train_size=None, random_state=None",
    **{f"sklearn.model_selection.{name}": "*, n_splits=5, n_repeats=10, random_state=None" for name in (
        "RepeatedKFold", "RepeatedStratifiedKFold",
    )},
}  # fmt: skip
"""Checked against scikit-learn 1.9."""
FORMER_SIGNATURES = {
    # what was taken by position up to 0.24, where code of that time stands
    "sklearn.model_selection.KFold": "n_splits=5, shuffle=False, random_state=None",
    "sklearn.model_selection.StratifiedKFold": "n_splits=5, shuffle=False, random_state=None",
    **{f"sklearn.model_selection.{name}": "n_splits=10, test_size=None, train_size=None, random_state=None" for name in (
        "ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit",
    )},
    **{f"sklearn.model_selection.{name}": "n_splits=5, n_repeats=10, random_state=None" for name in ("RepeatedKFold", "RepeatedStratifiedKFold")},
}  # fmt: skip
"""From the sources of 0.22. All of it is keyword only now."""

SHUFFLES: dict[str, tuple[str, ...]] = {
    # callable that takes `shuffle` → what decides the order in its place
    "sklearn.model_selection.train_test_split": (), "sklearn.model_selection.KFold": (), "sklearn.model_selection.StratifiedKFold": (),
}  # fmt: skip
FOLDS = (
    "KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold", "RepeatedKFold", "RepeatedStratifiedKFold", "ShuffleSplit",
    "StratifiedShuffleSplit", "GroupShuffleSplit", "TimeSeriesSplit", "LeaveOneOut", "LeavePOut", "LeaveOneGroupOut", "PredefinedSplit",
)  # fmt: skip
"""Classes of `sklearn.model_selection` whose `split` divides"""
CROSS_VALIDATIONS = ("cross_val_score", "cross_validate", "cross_val_predict")
RANDOM_SPLITS = {
    f"sklearn.model_selection.{name}": "random_state"
    for name in ("ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit", "RepeatedKFold", "RepeatedStratifiedKFold")
}  # fmt: skip
"""What always divides at random → the argument that seeds it"""
SHUFFLED_FOLDS = tuple(f"sklearn.model_selection.{name}" for name in ("KFold", "StratifiedKFold", "StratifiedGroupKFold", "GroupKFold"))
"""What divides at random where `shuffle` is given; `GroupKFold` since 1.6"""
METRICS = {
    "accuracy_score": "accuracy", "f1_score": "f1", "precision_score": "precision", "recall_score": "recall",
    "mean_squared_error": "mse", "root_mean_squared_error": "rmse", "mean_absolute_error": "mae", "r2_score": "r2",
    "mean_absolute_percentage_error": "mape", "roc_auc_score": "auc", "log_loss": "logloss",
}  # fmt: skip
"""Function of `sklearn.metrics` → the metric it computes"""

ORDERED = frozenset({
    "f1_score", "fbeta_score", "precision_score", "recall_score", "jaccard_score", "roc_auc_score", "average_precision_score", "log_loss",
    "precision_recall_curve", "roc_curve", "classification_report", "confusion_matrix", "r2_score", "mean_absolute_percentage_error",
    "explained_variance_score", "precision_recall_fscore_support", "balanced_accuracy_score", "brier_score_loss",
})  # fmt: skip
"""Functions of `sklearn.metrics` that give another result when truth and prediction change places"""

SYMMETRIC = frozenset({"f1_score", "jaccard_score"})
"""Those of the ordered functions whose value is the same either way, unless classes are weighted by their true number"""

SCORED = frozenset({"roc_auc_score", "roc_curve", "average_precision_score", "precision_recall_curve"})
"""Functions of `sklearn.metrics` that rank by a score, so that labels in its place waste the ranking. All these tables: checked against 1.9."""
TRANSFORMERS = (
    "sklearn.preprocessing.", "sklearn.impute.", "sklearn.decomposition.", "sklearn.feature_selection.", "sklearn.feature_extraction.text.",
    "sklearn.compose.ColumnTransformer",
)  # fmt: skip
"""Where what learns from data to transform it is, by the beginnings of names; `LEARNS_NOTHING` and `LEARNS_VALUES` are the exceptions"""
LEARNS_NOTHING = (
    "Normalizer", "Binarizer", "FunctionTransformer", "PolynomialFeatures", "HashingVectorizer", "FeatureHasher", "AdditiveChi2Sampler",
    "SkewedChi2Sampler", "RBFSampler", "PolynomialCountSketch", "SparseCoder",
)  # fmt: skip
"""What gives the same whatever it was fitted on, as it takes no more from data than their number of columns"""
LEARNS_VALUES = (
    "LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer", "OneHotEncoder", "OrdinalEncoder", "MissingIndicator", "VarianceThreshold",
    "BinaryEncoder", "BaseNEncoder", "HashingEncoder", "HelmertEncoder", "SumEncoder", "BackwardDifferenceEncoder", "PolynomialEncoder",
)  # fmt: skip
"""What learns only which values or columns there are, nothing of how they are spread; the last ones are of category_encoders"""
RANDOM_ESTIMATORS = (
    "sklearn.ensemble.RandomForest", "sklearn.ensemble.ExtraTrees", "sklearn.ensemble.Bagging", "sklearn.neural_network.MLP", "sklearn.tree.ExtraTree",
    "sklearn.linear_model.SGD",
)  # fmt: skip
"""What draws whenever it is fitted, by the beginnings of names. These tables: checked against 1.9, by fitting on one and on other data."""
