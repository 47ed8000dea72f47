-- The scratch database that verification builds the schema in. Its name is fixed, so a crash leaves at most one behind,
-- which the next verification drops. The encoding does not depend on how the cluster was made.
CREATE DATABASE hartonomous_verify TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'
