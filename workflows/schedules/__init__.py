"""When things happen of themselves: meeting days of bodies, years of schools, duties that come back."""
