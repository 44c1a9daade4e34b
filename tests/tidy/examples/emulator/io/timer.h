/* timer.h - something that is above base. */
