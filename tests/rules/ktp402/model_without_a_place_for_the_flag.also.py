from tensorflow import keras
from tensorflow.keras import backend as K


K.set_learning_phase(0)
model = keras.models.load_model("model.h5")
print(model.predict([1.0]))
K.set_learning_phase(1)
print(model([1.0]))
