"""Who is who: departments' lists against the register, what people say of it, and what follows for scores."""
