"""English questions from query trees, as people ask them.

names, senses   what a schema's tables and columns are called and about
voice           one phrasing's choices
graph           a query's tables, keys and conditions
filters         conditions as modifiers of a noun: "open", "in Berlin", "that cost more than 5";
                with quantities, texts, when and nested for their sorts
relations       keys as modifiers: "orders placed by", "customers without"
parts, entity   noun phrases for rows, put together from the modifiers
measures        aggregates in words; sorting: orders in words
listing, apart, about_one, tops, parents, totals, grouping, having, computed, selfjoins, sets, steps
                one module a shape of question
remarks         what is added in a second sentence: an order, "each once", a restriction
asks            sentence frames around a noun phrase
lexis           the words chosen by what a table or column is about; grammar: articles, endings, lists
noise           the carelessness of people at a keyboard
"""
