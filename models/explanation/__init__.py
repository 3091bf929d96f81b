"""Why a payment was scored as it was: reasons people understand, peers, precedents, and what was not known."""
