-- SPDX-License-Identifier: Apache-2.0
.bail on
.headers on
create table t(id integer primary key, name text, value real);
begin;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
insert into t select i, printf('name-%05d', i * 7919 % 20011), i / 7.0 from n;
commit;
create index t_name on t(name);
select count(*), sum(id), round(avg(value), 6), min(name), max(name) from t;
.mode column
select * from t where name between 'name-00100' and 'name-00104' order by name;
.mode csv
select id % 10 as digit, count(*), total(value) from t group by digit;
.mode json
select json_object('a', id, 'b', json_array(name, value)) as j from t limit 3;
.mode line
select * from t order by value desc limit 2;
.mode list
update t set value = value * 2 where id % 3 = 0;
delete from t where id % 5 = 0;
select count(*), round(sum(value), 4) from t;
savepoint s;
delete from t;
select count(*) from t;
rollback to s;
release s;
select count(*) from t;
create virtual table docs using fts5(body);
insert into docs select 'document ' || id || ' speaks of ' || name from t limit 500;
select rowid, snippet(docs, 0, '[', ']', '...', 4) from docs
where docs match 'document AND 42' order by rank limit 5;
select sqrt(2), exp(1), ln(10), pi();
select strftime('%Y-%m-%d', 86400 * 400, 'unixepoch'), julianday('2000-01-01');
select hex(zeroblob(4)), typeof(1.0), 1e308 * 10, 9223372036854775807, upper('äb');
select row_number() over (order by value desc), id from t limit 4;
pragma integrity_check;
vacuum;
pragma page_count;
.schema
.tables
.dump docs_config
