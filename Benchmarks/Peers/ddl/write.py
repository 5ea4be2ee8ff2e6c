#!/usr/bin/env python3
"""Writes the shop schema and both DDL files from generated events: write.py EVENTS.ndjson"""

import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import schema  # noqa: E402  (beside this folder)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        found = schema.infer(sys.argv[1], os.path.join(scratch, "flat.ndjson"))
    schema.save(found, HERE, "shop")
