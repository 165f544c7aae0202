using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>The images themselves.</content>
public static partial class Fused
{
    /// <summary>The pixels of the images, channels last.</summary>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    /// <param name="y">Batch · height · width × channels.</param>
    public static void ImageRows(Tensor images, Matrix y)
    {
        Shapes.Are(y, images.shape[0] * images.shape[2] * images.shape[3], images.shape[1]);
        using var eager = Eager.Begin();
        y.Tensor.view(images.shape[0], images.shape[2], images.shape[3], images.shape[1]).copy_(images.permute(0, 2, 3, 1));
    }
}
