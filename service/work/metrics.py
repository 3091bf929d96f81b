"""What the service counts while it works; `/metrics` shows it, and what the database knows besides.

Labels come from closed lists (routes as they are declared, tables of the contract, kinds of jobs), never from what
somebody sent: their number is bounded, and no personal data gets in. Several processes count into files of one folder
(`PROMETHEUS_MULTIPROC_DIR`, set by `mingbai serve`); alone, a process counts in memory.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

REQUESTS = Counter("mingbai_requests", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("mingbai_request_seconds", "Time to answer.", ["route"], buckets=SECONDS)
REQUESTS_NOW = Gauge("mingbai_requests_now", "Requests being answered.", multiprocess_mode="livesum")
REFUSED = Counter("mingbai_requests_refused", "Requests refused before anything was done.", ["why"])

SCORER_BATCH = Histogram(
    "mingbai_scorer_batch_rows", "Single payments scored together.", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
)
SCORER_SECONDS = Histogram("mingbai_scorer_seconds", "From a single payment's arrival to its score.", buckets=SECONDS)

LOOKS = Histogram(
    "mingbai_look_seconds", "From asking the history for a look to its answer.", ["what", "outcome"], buckets=SECONDS
)

ROWS = Counter("mingbai_rows", "Rows of contract tables taken in.", ["table", "outcome"])
JOBS = Counter("mingbai_jobs_done", "Jobs that ended.", ["kind", "outcome"])
DELIVERIES = Counter("mingbai_webhook_attempts", "Attempts to bring an event to a consumer.", ["outcome"])
