"""Judges a backend by its OpenAPI and AsyncAPI documents.

Imports neither the service nor generated code: a generator's fault must not hide here.
"""

__version__ = "0.1.0"
