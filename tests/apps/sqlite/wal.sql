-- SPDX-License-Identifier: Apache-2.0
pragma journal_mode = wal;
pragma synchronous = full;
create table log(n integer primary key, text text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
insert into log select i, hex(i * 2654435761 % 4294967296) from n;
pragma wal_checkpoint(truncate);
select count(*), max(text) from log;
attach 'second.db' as other;
create table other.copy as select * from log where n % 2;
select count(*) from other.copy;
detach other;
pragma journal_mode = delete;
pragma quick_check;
