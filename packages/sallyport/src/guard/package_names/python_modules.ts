/** Modules of Python whose distribution has another name on PyPI: what is imported, and what is installed for it. Facts of the packages' own pages. */
export const PYTHON_MODULES: ReadonlyMap<string, string> = new Map(
  `Crypto pycryptodome; Cryptodome pycryptodomex; MySQLdb mysqlclient; OpenSSL pyopenssl; PIL pillow; PyQt5 pyqt5; PyQt6 pyqt6; Xlib python-xlib;
  apiclient google-api-python-client; attr attrs; azure azure-core; barcode python-barcode; bs4 beautifulsoup4; bson pymongo; cairo pycairo;
  community python-louvain; cv2 opencv-python; dateutil python-dateutil; discord discord-py; dns dnspython; docx python-docx; dotenv python-dotenv;
  faiss faiss-cpu; fitz pymupdf; flask_cors flask-cors; flask_login flask-login; flask_sqlalchemy flask-sqlalchemy; genai google-genai; gi pygobject;
  git gitpython; github pygithub; gitlab python-gitlab; google google-api-core; googleapiclient google-api-python-client; grpc grpcio; haystack haystack-ai;
  igraph python-igraph; jose python-jose; jwt pyjwt; kafka kafka-python; ldap python-ldap; lightgbm lightgbm; llama_cpp llama-cpp-python; magic python-magic;
  markdown markdown; mpl_toolkits matplotlib; msgpack msgpack; mysql mysql-connector-python; nacl pynacl; odf odfpy; openai openai; osgeo gdal;
  paho paho-mqtt; peft peft; pkg_resources setuptools; pptx python-pptx; pqc liboqs-python; psycopg2 psycopg2-binary; pydantic_settings pydantic-settings;
  pylab matplotlib; pythoncom pywin32; pywintypes pywin32; rest_framework djangorestframework; ruamel ruamel-yaml; saml2 pysaml2; scholarly scholarly;
  sentence_transformers sentence-transformers; serial pyserial; skimage scikit-image; sklearn scikit-learn; slugify python-slugify; socketio python-socketio;
  socks pysocks; speech_recognition speechrecognition; surprise scikit-surprise; tabula tabula-py; telegram python-telegram-bot; tesserocr tesserocr;
  tlz toolz; torch torch; umap umap-learn; usb pyusb; weaviate weaviate-client; websocket websocket-client; win32api pywin32; win32com pywin32;
  win32con pywin32; win32gui pywin32; wx wxpython; xgboost xgboost; yaml pyyaml; zmq pyzmq; zoneinfo tzdata`
    .split(';')
    .map((pair) => pair.trim().split(' ') as [string, string]),
);
