select cents * 2
