-- The conversations that last for the whole test: this end's handle, the other's.
SELECT d.handle, d.far_handle FROM fire.dialog d ORDER BY d.handle
