"""The description of fckdoomscroll, figure by figure and in its order, on the templates."""
