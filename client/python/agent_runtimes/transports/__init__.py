"""How agents are reached, one module per protocol."""
