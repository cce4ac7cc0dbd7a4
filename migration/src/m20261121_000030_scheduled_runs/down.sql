DROP TABLE scheduler_leases, scheduled_runs;
