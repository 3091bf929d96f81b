"""What recipients do: sign in, see their own payments, report."""
