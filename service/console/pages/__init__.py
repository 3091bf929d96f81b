"""One page a module; its template and its words lie beside it. Names with a leading underscore are shared parts."""
