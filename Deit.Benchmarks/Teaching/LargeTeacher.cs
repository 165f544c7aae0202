namespace Deit.Benchmarks.Teaching;

/// <content>A RegNetY several times as large as the student of specs/recipes/cifar10-distill.yaml, which sees its images at 64 pixels.</content>
[RegNet(Name = "regnety_large_teacher", ImageSize = 64, Classes = 10, StemWidth = 32, Depths = [2, 4, 2], Widths = [160, 320, 640], GroupWidth = 32)]
internal sealed partial class LargeTeacher;
