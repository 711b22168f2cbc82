CREATE TABLE artist (artist_id INTEGER PRIMARY KEY, name TEXT, birth_year INTEGER, nationality TEXT);
CREATE TABLE exhibit (exhibit_id INTEGER PRIMARY KEY, title TEXT, artist_id INTEGER REFERENCES artist (artist_id),
    medium TEXT, acquired_on DATE, insured_value REAL, room_id INTEGER REFERENCES room (room_id));
CREATE TABLE room (room_id INTEGER PRIMARY KEY, room_name TEXT, floor INTEGER, capacity INTEGER);
CREATE TABLE visitor (visitor_id INTEGER PRIMARY KEY, age_group TEXT, home_city TEXT, member INTEGER);
CREATE TABLE ticket_sale (sale_id INTEGER PRIMARY KEY, visitor_id INTEGER REFERENCES visitor (visitor_id),
    sold_on DATE, ticket_type TEXT, price REAL);
INSERT INTO artist VALUES (1, 'Ilse Vandermeer', 1903, 'Dutch'), (2, 'Tomas Quiroga', 1921, 'Chilean'),
    (3, 'Aiko Morishita', 1955, 'Japanese');
INSERT INTO room VALUES (1, 'North Gallery', 1, 80), (2, 'Tower Room', 3, 25), (3, 'Garden Hall', 0, 140);
INSERT INTO exhibit VALUES (1, 'Harbour at Dusk', 1, 'oil', '1988-04-02', 420000, 1),
    (2, 'Salt and Rope', 2, 'sculpture', '2001-09-30', 185000, 3), (3, 'Nine Lanterns', 3, 'print', '2015-01-12', 38000, 2),
    (4, 'The Ferryman', 1, 'oil', '2019-11-05', 510000, 1);
INSERT INTO visitor VALUES (1, 'adult', 'Ghent', 1), (2, 'child', 'Ghent', 0), (3, 'senior', 'Lille', 1), (4, 'adult', 'Aachen', 0);
INSERT INTO ticket_sale VALUES (1, 1, '2024-03-02', 'standard', 14), (2, 2, '2024-03-02', 'reduced', 6),
    (3, 3, '2024-05-19', 'reduced', 6), (4, 4, '2024-07-21', 'standard', 14), (5, 1, '2024-07-22', 'guided tour', 22);
