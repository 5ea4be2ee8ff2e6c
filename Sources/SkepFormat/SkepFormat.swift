internal import SkepModel
