-- Fails with 55006 while another verification is at work in it.
DROP DATABASE IF EXISTS hartonomous_verify
