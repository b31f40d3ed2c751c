-- The roles and the database, made once, by a superuser, with psql 15 or later:
--   DIS_OWNER_PASSWORD=… DIS_APP_PASSWORD=… psql -v ON_ERROR_STOP=1 -f script/database-roles.sql
-- dis_owner owns the tables and migrates; dis signs in for the server and works as dis_app, which owns nothing.
\set ON_ERROR_STOP on
\getenv owner_password DIS_OWNER_PASSWORD
\getenv app_password DIS_APP_PASSWORD
begin; -- all roles or none: a password forgotten leaves nothing behind
create role dis_app nologin;
create role dis_owner login password :'owner_password';
create role dis login password :'app_password' in role dis_app;
commit;
create database dis owner dis_owner encoding 'UTF8' template template0;
revoke all on database dis from public;
grant connect, temporary on database dis to dis_app;
