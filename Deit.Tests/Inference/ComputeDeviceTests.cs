using Deit.Inference;
using TorchSharp;

namespace Deit.Tests.Inference;

public sealed class ComputeDeviceTests
{
    [Theory]
    [InlineData("auto", 0, DeviceType.CPU, -1)]
    [InlineData("auto", 2, DeviceType.CUDA, 0)]
    [InlineData("cpu", 2, DeviceType.CPU, -1)]
    [InlineData("cuda", 1, DeviceType.CUDA, 0)]
    [InlineData("cuda:1", 2, DeviceType.CUDA, 1)]
    public void A_name_is_a_device(string name, int cudaDevices, DeviceType type, int index) =>
        Assert.Equal((type, index), ComputeDevice.Find(name, cudaDevices));

    [Theory]
    [InlineData("gpu", 1, "'gpu' is no device: take auto, cpu, cuda or cuda:0.")]
    [InlineData("cuda:x", 1, "'cuda:x' is no device: take auto, cpu, cuda or cuda:0.")]
    [InlineData("cuda:-1", 1, "'cuda:-1' is no device: take auto, cpu, cuda or cuda:0.")]
    [InlineData("cuda:2", 2, "There is no device 'cuda:2': the last one is cuda:1.")]
    [InlineData("cuda", 0, "There is no CUDA device here for 'cuda': take cpu or auto")]
    public void What_is_missing_is_said(string name, int cudaDevices, string message) =>
        Assert.StartsWith(message, Assert.Throws<DeitException>(() => ComputeDevice.Find(name, cudaDevices)).Message, StringComparison.Ordinal);
}
