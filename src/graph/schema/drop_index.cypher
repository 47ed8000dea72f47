// $name
DROP INDEX $name IF EXISTS
