"""What the exit code of ``medyan`` says."""

SUCCESS = 0
BUG = 1  # an exception nobody foresaw
REFUSED = 2  # a mistake of the user, found before anything was simulated
FAILED = 3  # the run had to end early
INTERRUPTED = 130  # 128 + SIGINT, as shells count
