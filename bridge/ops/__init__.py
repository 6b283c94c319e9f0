"""What operators look at: health, metrics, the dashboard."""
