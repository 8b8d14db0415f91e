-- How far what was received late or corrected has been looked at. The row is also the lock under which a reanalysis is entered.
create table reanalysis (
  basin text primary key,
  looked_to timestamptz not null
);
