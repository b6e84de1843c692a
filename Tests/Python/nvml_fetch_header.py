#!/usr/bin/env python3
"""Fetches the vendor's nvml.h from PyPI into a cache folder and prints its path.

usage: nvml_fetch_header.py DISTRIBUTION VERSION CACHE

Exits with 3, and says why, when PyPI cannot be reached. The header stays in the cache; it is never part of the project.
"""

import pathlib
import subprocess
import sys
import zipfile

UNREACHABLE = (
    "Retrying (", "Temporary failure", "Connection", "ProxyError", "Network is unreachable", "HTTP error 5", "timed out",
    "IncompleteRead", "SSLError")


def main() -> int:
    distribution, version, cache = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    header = cache / f"{distribution}-{version}.h"
    if not header.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # The header is the same for every platform; the pin lets any machine take the wheel.
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--platform=manylinux2014_x86_64", "--retries=1", "--timeout=20"]
        command += [f"--dest={cache}", f"{distribution}=={version}"]
        download = subprocess.run(command, capture_output=True, text=True)
        if download.returncode != 0:
            print(download.stderr.strip()[-400:], file=sys.stderr)
            return 3 if any(sign in download.stderr for sign in UNREACHABLE) else 1
        (wheel,) = cache.glob(f"{distribution.replace('-', '_')}-{version}-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [name for name in archive.namelist() if name.endswith("/nvml.h")]
            partial = header.with_suffix(".partial")
            partial.write_bytes(archive.read(name))
            partial.rename(header)
    print(header)
    return 0


if __name__ == "__main__":
    sys.exit(main())
