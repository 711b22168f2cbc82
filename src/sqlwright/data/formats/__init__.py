"""The record formats that can be read, one module a format.

Each module has `convert(record, number, context)`, which yields the examples of one raw record or raises `BadRecord`,
and `recognise(record)`, which says whether a record looks like its own. The table in `sqlwright.data.reading` puts them
in the order in which they are tried.
"""
