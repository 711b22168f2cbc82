"""English questions from query trees, as people ask them.

names      what a schema's tables and columns are called and about
voice      one phrasing's choices
graph      a query's tables, keys and conditions
filters    conditions as modifiers: adjectives, "in Berlin", "that cost more than 5"
relations  keys as modifiers: "orders placed by", "customers without"
entity     noun phrases for rows, out of the modifiers
measures   aggregates and sort orders in words
listing, totals, grouping, extras, sets   one module a shape of question
asks       sentence frames around a noun phrase
noise      the carelessness of people at a keyboard
"""
