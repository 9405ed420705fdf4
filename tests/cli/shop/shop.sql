create table customers (id integer primary key, name text, country text);
insert into customers values (1, 'Ada', 'GB'), (2, 'Blaise', 'FR'), (3, 'Carl', 'DE');

create table orders (id integer primary key, customer_id integer, cents integer);
insert into orders values (10, 1, 1200), (11, 1, 800), (12, 2, 2500), (13, 3, 100);
