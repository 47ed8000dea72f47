-- Gives back what consumed messages took. A text where something was given back, otherwise no row: it was not worth it, or not possible now.
SELECT done FROM broker.compact() AS done WHERE done LIKE '% bytes given back'
