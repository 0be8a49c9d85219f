/* about: comments and tasks name the record that they are about by its object and id. */
#pragma once

void about_attach(void); /* once, at start */
