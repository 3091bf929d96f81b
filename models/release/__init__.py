"""From challenger to champion: shadow, comparison on the same payments, the gate, two people, and the way back."""
