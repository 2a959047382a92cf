# SPDX-License-Identifier: LGPL-2.1-or-later
"""libremand from Python without a binding: ctypes, and a spec made of option words.

    result = run(['./sol'], {'time': '1s', 'memory': '64M'})
    result['verdict'], result['cpu_ns']

This is what subprocess.run(timeout=...) and resource.setrlimit() are meant to do together: every
process of the program is limited and ended, and the verdict says what happened. In asyncio:
await run_async(...).
"""

import asyncio
import ctypes
import json

_lib = ctypes.CDLL('libremand.so.0', use_errno=True)
_void, _text = ctypes.c_void_p, ctypes.c_char_p
_lib.remand_options_new.argtypes = [ctypes.POINTER(_void)]
_lib.remand_options_set.argtypes = [_void, _text, _text, _void]
_lib.remand_options_free.argtypes = [_void]
_lib.remand_options_load_policy.argtypes = [_void, _void]
_lib.remand_options_spec.argtypes = [_void]
_lib.remand_options_spec.restype = ctypes.POINTER(ctypes.c_size_t)
_lib.remand_start.argtypes = [_void, ctypes.POINTER(_void), _void]
_lib.remand_fd.argtypes = [_void]
_lib.remand_dispatch.argtypes = [_void, _void]
_lib.remand_wait.argtypes = [_void, ctypes.c_uint64, _void]
_lib.remand_result.argtypes = [_void, _void]
_lib.remand_result_json.argtypes = [_void]
_lib.remand_result_json.restype = _void
_lib.remand_result_clear.argtypes = [_void]
_lib.remand_free.argtypes = [_void]
_libc = ctypes.CDLL(None)
_libc.free.argtypes = [_void]


class Error(ctypes.Structure):
    """struct remand_error"""
    _fields_ = [('stage', ctypes.c_int), ('errnum', ctypes.c_int), ('message', ctypes.c_char * 1024)]


class RemandError(Exception):
    """The library could not do its job; a program that a limit ended is a result instead."""


def _check(r, error):
    if r < 0:
        raise RemandError(error.message.decode())
    return r


class Run:
    """A run under way, in a `with` block: whatever happens there, nothing is left behind."""

    def __init__(self, argv, options=()):
        self._error, self._run = Error(), _void()
        # One piece of memory holds the spec: the size that the library says, then argv.
        words = (_text * (len(argv) + 1))(*[a.encode() for a in argv], None)
        handle = _void()
        _check(_lib.remand_options_new(ctypes.byref(handle)), self._error)
        try:
            for name, value in dict(options).items():
                value = None if value is True else str(value).encode()
                _check(_lib.remand_options_set(handle, name.encode(), value,
                                               ctypes.byref(self._error)), self._error)
            _check(_lib.remand_options_load_policy(handle, ctypes.byref(self._error)), self._error)
            given = _lib.remand_options_spec(handle)
            spec = ctypes.create_string_buffer(ctypes.string_at(given, given[0]), given[0])
            # struct remand_spec { size_t size; const char *const *argv; ...
            ctypes.cast(spec, ctypes.POINTER(_void))[1] = ctypes.addressof(words)
            _check(_lib.remand_start(spec, ctypes.byref(self._run), ctypes.byref(self._error)),
                   self._error)
        finally:
            _lib.remand_options_free(handle)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        _lib.remand_free(self._run)

    def fileno(self):
        return _lib.remand_fd(self._run)

    def dispatch(self):
        """True when the result is there."""
        return _check(_lib.remand_dispatch(self._run, ctypes.byref(self._error)), self._error) == 1

    def wait(self):
        _check(_lib.remand_wait(self._run, 2**64 - 1, ctypes.byref(self._error)), self._error)

    def result(self):
        # Larger than the struct is, whose fields are read by the library itself.
        result = ctypes.create_string_buffer(65536)
        _check(_lib.remand_result(self._run, result), self._error)
        text = _lib.remand_result_json(result)
        try:
            return json.loads(ctypes.string_at(text))
        finally:
            _libc.free(text)
            _lib.remand_result_clear(result)


def run(argv, options=()):
    with Run(argv, options) as this:
        this.wait()
        return this.result()


async def run_async(argv, options=()):
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    with Run(argv, options) as this:
        loop.add_reader(this.fileno(), lambda: this.dispatch() and over.set())
        try:
            await over.wait()
        finally:
            loop.remove_reader(this.fileno())
        return this.result()
