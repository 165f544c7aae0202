namespace Deit.Benchmarks.Teaching;

/// <content>A RegNetY several times as large as the student of specs/recipes/cifar10-distill.yaml.</content>
[RegNet(Name = "regnety_large_teacher", ImageSize = 32, Classes = 10, StemWidth = 32, Depths = [2, 4, 2], Widths = [96, 192, 384], GroupWidth = 16)]
internal sealed partial class LargeTeacher;
