"""Tours through the web client on a machine that may be busy with other things."""

# Seconds until a tour that hangs is given up; each step has its own limit in its script.
PATIENCE = 300


class PatientTours:
    def start_tour(self, url_path, tour_name, **kwargs):
        kwargs.setdefault("timeout", PATIENCE)
        return super().start_tour(url_path, tour_name, **kwargs)
