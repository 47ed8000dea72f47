SELECT broker.release_deliveries()
