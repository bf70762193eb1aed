-- SPDX-License-Identifier: Apache-2.0
select * from absent;
create table u(a unique);
insert into u values (1), (1);
select 1 +;
.open /no/such/folder/x.db
select 1;
create table q(z);
