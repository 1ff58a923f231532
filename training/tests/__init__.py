"""Tests compute on the CPU, where what is the same stays the same to the bit."""
import os

os.environ['CUDA_VISIBLE_DEVICES'] = ''
