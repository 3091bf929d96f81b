"""HTTP: thin routes over `service.work`, one error shape, one way in."""
