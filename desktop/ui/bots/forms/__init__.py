"""What stands in the panel beside the canvas: a form for each kind of node."""
