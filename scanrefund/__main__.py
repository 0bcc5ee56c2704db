"""`python -m scanrefund` is the same as `scanrefund`."""

from scanrefund.cli.main import run

if __name__ == "__main__":
    run()
