"""`python -m {{ cookiecutter.package }}` is the command line."""

from {{ cookiecutter.package }}.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
