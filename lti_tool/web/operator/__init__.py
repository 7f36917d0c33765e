"""Pages of operators: they sign in by a passkey or at the institution's provider, and come from no platform."""
