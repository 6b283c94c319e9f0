"""TestFlight feedback and crash reports, filed as issues where a team works."""
