"""DuckDB without anything of ours around it: the peer of the figures about loading.

    with duckdb.open(path, memory_limit="1GiB", threads=2) as database:
        database.run("CREATE TABLE …")

Through libduckdb's C functions, by ctypes: a bench installs nothing.
"""

import contextlib
import ctypes
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class _Result(ctypes.Structure):
    _fields_ = [("columns", ctypes.c_uint64), ("rows", ctypes.c_uint64),
                ("changed", ctypes.c_uint64), ("old", ctypes.c_void_p),
                ("error", ctypes.c_char_p), ("internal", ctypes.c_void_p)]


def _library():
    here = os.path.join(ROOT, ".deps", "duckdb", "lib", "libduckdb.so")
    library = ctypes.CDLL(here if os.path.exists(here) else "libduckdb.so")
    library.duckdb_result_error.restype = ctypes.c_char_p
    library.duckdb_value_varchar.restype = ctypes.c_void_p
    library.duckdb_value_varchar.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64]
    library.duckdb_free.argtypes = [ctypes.c_void_p]
    return library


class Database:
    def __init__(self, path, settings):
        self.duckdb = _library()
        self.database = ctypes.c_void_p()
        self.connection = ctypes.c_void_p()
        if self.duckdb.duckdb_open(path.encode(), ctypes.byref(self.database)) != 0:
            raise RuntimeError(f"duckdb does not open {path}")
        self.duckdb.duckdb_connect(self.database, ctypes.byref(self.connection))
        for name, value in settings.items():
            self.run(f"SET {name} = '{value}'")

    def run(self, sql):
        """Runs a statement; the first value of its result as text, or None."""
        result = _Result()
        state = self.duckdb.duckdb_query(self.connection, sql.encode(), ctypes.byref(result))
        try:
            if state != 0:
                raise RuntimeError(self.duckdb.duckdb_result_error(ctypes.byref(result)).decode())
            text = self.duckdb.duckdb_value_varchar(ctypes.byref(result), 0, 0)
            value = ctypes.string_at(text).decode() if text else None
            self.duckdb.duckdb_free(text)
            return value
        finally:
            self.duckdb.duckdb_destroy_result(ctypes.byref(result))

    def close(self):
        self.duckdb.duckdb_disconnect(ctypes.byref(self.connection))
        self.duckdb.duckdb_close(ctypes.byref(self.database))


@contextlib.contextmanager
def open(path, **settings):
    database = Database(path, settings)
    try:
        yield database
    finally:
        database.close()
